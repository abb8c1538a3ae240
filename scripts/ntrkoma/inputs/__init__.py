"""What the user gives, looked at before any job."""
