#!/bin/sh
# Builds the Lambda's package: deploy/lambda/package/ with the program and what stands in config/.
#   deploy/lambda/build.sh arm64|x86_64 CONFIG_DIRECTORY
set -eu

arch=${1:?"arm64 or x86_64"}
config=${2:?"a directory with function.toml and the files that it names"}
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)

case $arch in
arm64) target=aarch64-unknown-linux-gnu; flag=--arm64 ;;
x86_64) target=x86_64-unknown-linux-gnu; flag=--x86-64 ;;
*) echo "unknown architecture $arch: arm64 or x86_64" >&2; exit 2 ;;
esac

cd "$tree"
# The broker's TLS is OpenSSL, compiled from source here: the platform's own version changes.
OPENSSL_NO_VENDOR=0 cargo lambda build --release $flag --package latchkey-function --bin latchkey-function \
    --features vendored-openssl

rm -rf "$here/package"
mkdir -p "$here/package"
cp -R "$config/." "$here/package/"
cp "${CARGO_TARGET_DIR:-target}/lambda/latchkey-function/bootstrap" "$here/package/bootstrap"
test -f "$here/package/function.toml" || { echo "$config has no function.toml" >&2; exit 1; }
echo "ready for $target: sam deploy --guided --template-file deploy/lambda/template.yaml"
