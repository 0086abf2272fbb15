#!/bin/sh
# Makes the secrets of docker-compose.yml, each in a file of its own, in the folder SECRETS_DIR (./secrets). What is there stays.
set -eu
cd "$(dirname "$0")"
folder=${SECRETS_DIR:-secrets}
# The folder lets nobody in but its owner; the files are mounted one by one, and read in the containers by a user that is not root.
(umask 077 && mkdir -p "$folder")
for name in secret_key postgres_password metrics_token; do
    [ -s "$folder/$name" ] || od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$folder/$name"
    chmod 444 "$folder/$name"
done
