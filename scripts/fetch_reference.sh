#!/usr/bin/env bash
# Bring one reference file, by curl or from a folder; it gets its name when it has been checked.
#
#   name=… url=… local=… checksum=… listing=… size=… timeout=… retries=… pause=… fetch_reference.sh FILE
#
# name      stands for the file in sentences
# url       its address; with local, a path on this machine, only a name
# checksum  "algorithm:digest" that it must have
# listing   without a checksum: address or path of the publisher's list, as md5sum writes it
# size      bytes that it must have; all but name and url may be empty
# timeout   seconds without a byte after which a connection counts as dead
# retries   further connections after one that brought nothing, with a pause of so many seconds before each
#
# FILE.sha256 tells what the file is and what that rests on. FILE.part/ holds what has arrived so far.
# Sentences go to standard output, curl's progress to standard error.
set -euo pipefail
export LC_ALL=C # curl's own words, and a point in figures

file=$1 part=$1.part

say() { printf '%s: %s\n' "$name" "$*"; }
die() {
    say "$*"
    exit 1
}
human() { numfmt --to=si --format=%.1f --suffix=B "$1" | sed 's/[KMGT]*B$/ &/; s/K/k/'; }
size_of() { stat --format=%s -- "$1" 2>/dev/null || echo 0; }
is_address() { [[ $1 == http://* || $1 == https://* ]]; }

# --- download ----------------------------------------------------------------------------------

# header NAME: its value in the last answer, after all redirections
header() {
    awk -v name="$1:" '/^HTTP\// { value = "" } { sub(/\r$/, "") }
        tolower($1) == name { sub(/^[^:]*: */, ""); value = $0 } END { print value }' headers
}

# connect URL: bring what the data in this folder lack; print the status and curl's words
#
# One connection only: curl's own --retry throws away what it had brought before a cut. If-Range: pieces of two
# versions are not joined; a weak ETag promises nothing about bytes, then the date counts. curl writes headers as
# they come, so that the version of what a killed run left is known as well.
connect() {
    local options=(--fail --location --continue-at - --connect-timeout "$timeout" --speed-limit 1
        --speed-time "$timeout" --dump-header headers --output data --write-out '%{http_code} %{errormsg}')
    if grep -s '^HTTP/' headers | tail -n 1 | grep -q ' 20[06]'; then
        header etag >version
        [[ $(<version) == '"'* ]] || header last-modified >version
    fi
    [[ ! -s version ]] || options+=(--header "If-Range: $(<version)")
    curl "${options[@]}" -- "$1"
}

# refuse_to_go_on URL CODE STATUS REASON: end with a sentence if another connection is of no use
#
# CODE is curl's exit code, STATUS what the server said.
refuse_to_go_on() {
    case $2:$3 in
        22:408 | 22:425 | 22:429 | 22:5??) ;; # these pass
        22:407) die "the proxy refused $1 with 407; give user and password in https_proxy." ;;
        22:*)
            die "the server refused $1 with $3; it wants a log-in, or the publisher has moved or withdrawn the file:" \
                "correct its row in the manifest, or download it by hand and give its folder with" \
                "--config local_dir=FOLDER."
            ;;
        23:*)
            die "no space left in $PWD after $(human "$(size_of data)"); make room and run the same command again," \
                "it goes on from there."
            ;;
        60:* | 77:*)
            die "the certificate of $1 is not trusted ($4); if a proxy of your site re-signs traffic, point" \
                "SSL_CERT_FILE to its certificate."
            ;;
        127:*) die "curl is not on PATH; install it (Debian and Ubuntu: apt-get install curl) or use --use-conda." ;;
    esac
}

# download URL FOLDER: the file to FOLDER/data, going on where an earlier run ended
download() (
    mkdir -p -- "$2"
    cd -- "$2"
    failures=0 most=$(size_of data)
    say "downloading $1$( ((most == 0)) || echo ", going on after $(human "$most")")"
    while :; do
        code=0
        answer=$(connect "$1") || code=$?
        status=${answer%% *} reason=${answer#* }
        if [[ $status == 416 && $(header content-range) == "bytes */$(size_of data)" ]]; then
            return # it was complete
        elif [[ $status == 416 || $code == 33 ]]; then
            reason="what is here does not belong to what the server has now, starting over"
            rm -f -- data headers version
        elif [[ $code == 0 ]]; then
            return
        else
            refuse_to_go_on "$1" "$code" "$status" "$reason"
        fi
        here=$(size_of data)
        failures=$((failures + 1))
        if ((here > most)); then most=$here failures=0; fi
        ((failures <= retries)) || die "could not be downloaded from $1, the last connection ended with:" \
            "${reason:-curl $code}; look at the network (proxies are taken from https_proxy) and run the same command" \
            "again, it goes on after $(human "$here")."
        say "${reason:-curl $code}; next connection in $pause s, $(human "$here") are here"
        sleep "$pause"
    done
)

# --- check -------------------------------------------------------------------------------------

# Set checksum to that of the publisher's list, if need be, and basis to whom it comes from.
learn_checksum() {
    local list=$listing digest algorithms=([32]=md5 [40]=sha1 [64]=sha256 [128]=sha512) # by hexadecimal digits
    basis="the manifest"
    [[ -z $checksum && -n $listing ]] || return 0
    basis="the publisher's list"
    if is_address "$listing"; then
        list=$part.list/data
        rm -rf -- "$part.list" # it may have been corrected since
        download "$listing" "$part.list"
    fi
    digest=$(awk -v file="${file##*/}" '{ sub(/\r$/, ""); name = $2; sub(/^\*/, "", name); sub(/.*\//, "", name) }
        name == file { print tolower($1); exit }' "$list")
    [[ -n ${algorithms[${#digest}]-} ]] ||
        die "the publisher's list of checksums, $listing, does not name ${file##*/}; correct checksum_url in the" \
            "manifest, or write a checksum that you trust into it."
    checksum=${algorithms[${#digest}]}:$digest
}

# is_right PATH: whether it has the size and the checksum that are asked for; else wrong says what it has
is_right() {
    local bytes actual
    bytes=$(size_of "$1") wrong=''
    if [[ -n $size && $bytes != "$size" ]]; then
        wrong="it has $bytes bytes and the manifest asks for $size"
    elif [[ -n $checksum ]]; then
        actual=$("${checksum%%:*}sum" <"$1")
        actual=${checksum%%:*}:${actual%% *}
        [[ $actual == "$checksum" ]] || wrong="its checksum is $actual and $basis asks for $checksum"
    fi
    [[ -z $wrong ]]
}

refuse() {
    die "${local:-$url} is not the expected file: $wrong; it is damaged or the publisher has changed it, so it was not used:" \
        "run the same command again, and if it says the same, compare with the publisher before you correct the" \
        "manifest."
}

# record PATH: FILE.sha256, as sha256sum writes it, with a comment that sha256sum --check passes over
record() {
    local digest ground="checked against $basis ($checksum)"
    digest=$(sha256sum <"$1")
    digest=${digest%% *}
    if [[ -z $checksum ]]; then
        ground="NOT VERIFIED, no checksum is known to compare with"
        say "NOT VERIFIED. Nobody's checksum of this file is known; its own is sha256:$digest. Compare it with a second" \
            "download over another network or with the publisher before patients depend on it, then write it into the" \
            "manifest."
    fi
    printf '# %s from %s: %s\n%s  %s\n' "$name" "$url" "$ground" "$digest" "${file##*/}" >"$file.sha256"
}

mkdir -p -- "$(dirname -- "$file")"
learn_checksum
if [[ -n $local ]]; then
    say "taken from $local"
    is_right "$local" || refuse
    record "$local"
    ln --symbolic --force -- "$local" "$file"
    exit
fi
# Pieces of several runs may not fit together: then once more, from the start.
for ((again = $(size_of "$part/data") > 0; ; again--)); do
    download "$url" "$part"
    if is_right "$part/data"; then break; fi
    rm -rf -- "$part"
    ((again > 0)) || refuse
    say "what was collected over several runs is wrong ($wrong), starting over"
done
record "$part/data"
mv -- "$part/data" "$file"
rm -rf -- "$part" "$part.list"
