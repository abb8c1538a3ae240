#!/usr/bin/env bash
# Unpack a checked reference file into a folder of its own, which gets its name when all is in it.
#
#   name=… how=none|gunzip|tar keep=… provides=… unpack_reference.sh FILE FOLDER
#
# name      stands for the file in sentences
# keep      patterns of the paths in an archive that are wanted; all if empty
# provides  paths below FOLDER that have to be there in the end
#
# FILE.sha256 goes with it, as FOLDER/checksums.sha256. Sentences go to standard output.
set -euo pipefail
export LC_ALL=C # the words of tar and gzip

file=$1 folder=$2 scratch=$2.unpacking
read -ra patterns <<<"$keep"
read -ra promised <<<"$provides"

die() {
    printf '%s: %s\n' "$name" "$*"
    rm -rf -- "$scratch"
    exit 1
}

unpack() {
    local plain
    plain=$scratch/$(basename -- "$file")
    case $how in
        # A link costs no room; other disks need a copy.
        none) ln --logical -- "$file" "$plain" 2>/dev/null || cp --dereference -- "$file" "$plain" ;;
        gunzip) gzip --decompress --stdout <"$file" >"${plain%.gz}" ;;
        tar)
            tar --extract --file "$file" --directory "$scratch" --no-same-owner --no-same-permissions \
                --wildcards -- "${patterns[@]}"
            ;;
    esac
}

# tar writes nothing outside its folder, but makes links that lead there, and pipes.
check_members() {
    local home link never="do not use it, find out where it comes from"
    home=$(realpath -- "$scratch")
    [[ -z $(find "$scratch" ! -type f ! -type d ! -type l -print -quit) ]] ||
        die "$file holds what is neither file, folder nor link; $never."
    while IFS= read -r -d '' link; do
        [[ $(realpath --canonicalize-missing -- "$link") == "$home"/* ]] ||
            die "$file holds ${link#"$scratch"/}, a link that leads outside its folder; $never."
    done < <(find "$scratch" -type l -print0)
}

rm -rf -- "$scratch"
mkdir -p -- "$scratch"
if ! said=$(unpack 2>&1); then
    printf '%s\n' "$said" >&2
    [[ $said != *'No space left'* ]] ||
        die "no space left for $folder; make room and run the same command again, the download is kept."
    reason=$(grep -v -e '^$' -e 'Removing leading' <<<"$said" | head -n 1)
    die "$(readlink --canonicalize -- "$file") cannot be unpacked ($reason); it is not what the manifest says or is" \
        "damaged (a log-in page of a proxy?), look at it, delete it and run the same command again."
fi
check_members
for path in "${promised[@]}"; do
    [[ -e $scratch/$path ]] ||
        die "$file has brought no $path; the publisher has changed its layout, correct provides of its row in the" \
            "manifest."
done
cp -- "$file.sha256" "$scratch/checksums.sha256"
rm -rf -- "$folder"
mv -- "$scratch" "$folder"
