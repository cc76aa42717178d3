#!/usr/bin/env bash
# A real one-node Ceph (mon + osd + radosgw) for tests, without systemd.
#
#   ceph-rgw.sh start DIR   start it (made on the first call), wait until S3 answers, print env
#   ceph-rgw.sh stop  DIR   end the three daemons (data stays; STORE=memstore too, it dumps on exit)
#   ceph-rgw.sh env   DIR   print the env lines of a running one (exit 1: not running)
#
# Debian packages: ceph-mon ceph-osd radosgw  (--no-install-recommends), curl, openssl.
# Everything is under DIR; every socket is bound to 127.0.0.1. Delete DIR (after stop) to start anew.
# Settings, read on the first start only: STORE=bluestore|memstore  RGW_PORT=7480  TLS_PORT=7443
#   CEPH_ROOT=chroot of a newer Debian (mkroot.sh) whose Ceph to run   MON_PORT=13300  OSD_PORT=13310 (and the 9 after it)  S3_KEY  S3_SECRET  S3_HOST  WEB_HOST
set -euo pipefail

usage() { sed -n '2,11p' "$0" >&2; exit 2; }
[ $# -eq 2 ] || usage
cmd=$1
case $cmd in start|stop|env) ;; *) usage ;; esac
[ "$cmd" = start ] && mkdir -p "$2"
[ -d "$2" ] || { [ "$cmd" = stop ] && exit 0; echo "no such directory: $2" >&2; exit 1; }
D=$(cd "$2" && pwd -P)
[[ $D != *[[:space:]]* ]] || { echo "DIR must have no blanks in its path: $D" >&2; exit 1; }
C=$D/ceph.conf
TIMEOUT=${TIMEOUT:-120}
export CEPH_CONF=$C
unset CEPH_ARGS CEPH_KEYRING

say() { echo "ceph-rgw: $*" >&2; }

alive() {   # alive NAME: is the daemon this script started as NAME still the one with that pid?
    local p; p=$(cat "$D/run/$1.pid" 2>/dev/null) || return 1
    [ -n "$p" ] && [ -r "/proc/$p/cmdline" ] && tr '\0' ' ' <"/proc/$p/cmdline" | grep -qF -- "$C"
}

# CEPH_ROOT=a chroot of a newer Debian with the same packages: its binaries run, on the same DIR
R=()
ROOT=${CEPH_ROOT:-$(cat "$D/ceph_root" 2>/dev/null || true)}
if [ -n "$ROOT" ]; then
    R=(unshare -m --propagation private sh -c 'set -e; r=$1; mkdir -p "$r$2"; mount --bind "$2" "$r$2"; mount --bind /dev "$r/dev"
        mount -t proc proc "$r/proc"; cd "$r$2"; shift 2; exec chroot "$r" "$@"' sh "$ROOT" "$D")
fi

spawn() {   # spawn NAME CMD...: in the background, own session, pid kept
    local n=$1; shift
    alive "$n" && return 0
    ( cd "$D" && exec setsid "${R[@]}" "$@" >>"$D/log/$n.out" 2>&1 </dev/null ) 9>&- &
    echo $! >"$D/run/$n.pid"
}

wait_for() {   # wait_for WHAT DAEMON CMD...
    local what=$1 n=$2; shift 2
    local end=$((SECONDS + TIMEOUT))
    until "$@" >/dev/null 2>&1; do
        alive "$n" || { say "$n ended early; last lines of $D/log/$n.out:"; tail -n 20 "$D/log/$n.out" >&2; exit 1; }
        [ $SECONDS -lt $end ] || { say "timed out waiting for $what; see $D/log"; exit 1; }
        sleep 0.1
    done
}

load() { . "$D/settings"; }

env_lines() {
    load
    cat <<E
S3_ENDPOINT=http://127.0.0.1:$RGW_PORT
S3_ENDPOINT_TLS=https://127.0.0.1:$TLS_PORT
S3_CA_BUNDLE=$D/ca.crt
S3_ACCESS_KEY=$S3_KEY
S3_SECRET_KEY=$S3_SECRET
S3_REGION=us-east-1
S3_DOMAIN=$S3_HOST
S3_WEBSITE_DOMAIN=$WEB_HOST
AWS_ENDPOINT_URL=http://127.0.0.1:$RGW_PORT
AWS_ACCESS_KEY_ID=$S3_KEY
AWS_SECRET_ACCESS_KEY=$S3_SECRET
AWS_DEFAULT_REGION=us-east-1
E
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
answers() {   # a bucket nobody has: radosgw must ask the osd before it can say 404
    case $(curl -sS -o /dev/null -w '%{http_code}' --max-time 3 --noproxy '*' "http://127.0.0.1:$RGW_PORT/no-$RANDOM$RANDOM$RANDOM" 2>/dev/null) in
        403|404) ;; *) return 1 ;; esac
}

do_stop() {
    local n p i max
    for n in rgw osd mon; do
        if alive $n; then
            p=$(cat "$D/run/$n.pid")
            kill "$p" 2>/dev/null || true
            # radosgw keeps nothing on disk here, and Ceph 20's lingers half a minute after SIGTERM
            [ $n = rgw ] && max=30 || max=300
            for ((i = 0; i < max; i++)); do alive $n || break; sleep 0.1; done
            if alive $n; then
                [ $n = rgw ] || say "$n (pid $p) did not end in 30 s, killed"
                kill -9 "$p" 2>/dev/null || true; sleep 0.2
            fi
        fi
        rm -f "$D/run/$n.pid"
    done
}

make() {   # first start: settings, keys, conf, mon and osd stores
    echo "$ROOT" >"$D/ceph_root"
    for b in curl uuidgen openssl flock; do command -v $b >/dev/null || { say "missing $b"; exit 1; }; done
    for b in ceph-mon ceph-osd radosgw radosgw-admin ceph ceph-authtool monmaptool; do
        "${R[@]}" sh -c 'command -v "$0"' $b >/dev/null || { say "missing $b: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw curl openssl"; exit 1; }
    done
    rm -rf "$D/mon" "$D/osd" "$D/rgw" "$D/run"
    mkdir -p "$D/mon" "$D/osd" "$D/rgw" "$D/run" "$D/log"
    local fsid osduuid asok
    fsid=$(uuidgen); osduuid=$(uuidgen)
    asok="$D/run/\$name.asok"; [ ${#D} -le 70 ] || asok=""      # unix socket paths end at 107
    ( umask 077; cat >"$D/settings" <<E
STORE=${STORE:-bluestore}
RGW_PORT=${RGW_PORT:-7480}
TLS_PORT=${TLS_PORT:-7443}
MON_PORT=${MON_PORT:-13300}
OSD_PORT=${OSD_PORT:-13310}
S3_HOST=${S3_HOST:-s3.localhost}
WEB_HOST=${WEB_HOST:-s3-website.localhost}
S3_KEY=${S3_KEY:-$(head -c 64 /dev/urandom | base64 | tr -dc 'A-Z0-9' | head -c 20)}
S3_SECRET=${S3_SECRET:-$(head -c 96 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 40)}
OSD_UUID=$osduuid
E
    )
    load
    cat >"$C" <<E
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$MON_PORT]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
ms bind port min = $OSD_PORT
ms bind port max = $((OSD_PORT + 9))
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = $D/keyring
run dir = $D/run
admin socket = $asok
log file = $D/log/\$name.log
log to stderr = false
err to stderr = true
mon cluster log file = $D/log/cluster.log
crash dir = $D/log
debug ms = 0/0
max open files = 0

osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0

[mon]
mon data = $D/mon
paxos propose interval = 0.02
paxos min wait = 0.01
mon allow pool size one = true
mon allow pool delete = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
mon data avail warn = 2
mon data avail crit = 1
mon pg warn min per osd = 0

[osd]
osd data = $D/osd
osd objectstore = $STORE
osd journal = $D/osd/journal
osd max object name len = 1024
osd class load list = *
osd class default list = *
osd fast shutdown = $([ "$STORE" = memstore ] && echo false || echo true)
bluestore block size = 10737418240
bluestore block db create = false
bluestore block wal create = false
bluestore cache autotune = false
bluestore cache size = 67108864
bluestore fsck on mount = false
memstore device bytes = 4294967296
osd op num shards = 2
osd op num threads per shard = 1

[client]
objecter tick interval = 0.5
rgw frontends = beast endpoint=127.0.0.1:$RGW_PORT ssl_endpoint=127.0.0.1:$TLS_PORT ssl_certificate=$D/tls.crt ssl_private_key=$D/tls.key
rgw data = $D/rgw
rgw dns name = $S3_HOST
rgw dns s3website name = $WEB_HOST
rgw enable apis = s3, s3website, admin
rgw enable static website = true
rgw thread pool size = 64
rgw run sync thread = false
rgw enable usage log = false
rgw gc obj min wait = 5
rgw gc processor period = 30
rbd cache = false
E
    # https too: boto3 sends trailing checksums only there
    # a certificate and who vouches for it: some clients (rustls) take none that vouches for itself
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=s3lab-ca \
        -addext "basicConstraints=critical,CA:TRUE" -keyout "$D/ca.key" -out "$D/ca.crt" 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=s3lab -keyout "$D/tls.key" -out "$D/tls.csr" 2>/dev/null
    printf 'basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.0.1,DNS:localhost,DNS:%s,DNS:*.%s,DNS:*.%s\n' "$S3_HOST" "$S3_HOST" "$WEB_HOST" >"$D/tls.ext"
    openssl x509 -req -days 3650 -in "$D/tls.csr" -CA "$D/ca.crt" -CAkey "$D/ca.key" -CAcreateserial -extfile "$D/tls.ext" -out "$D/tls.crt" 2>/dev/null
    ( umask 077
      "${R[@]}" ceph-authtool --create-keyring "$D/keyring" --gen-key -n mon. --cap mon 'allow *'
      "${R[@]}" ceph-authtool "$D/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mds 'allow *' --cap mgr 'allow *'
      "${R[@]}" ceph-authtool "$D/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
      "${R[@]}" ceph-authtool "$D/keyring" --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow r' ) >/dev/null
    rm -f "$D/run/monmap"
    "${R[@]}" monmaptool --create --clobber --enable-all-features --fsid "$fsid" --addv a "[v2:127.0.0.1:$MON_PORT]" "$D/run/monmap" >/dev/null
    # every key is in the keyring the monitor is seeded with: no 'ceph auth add' calls later
    "${R[@]}" ceph-mon -c "$C" -i a --mkfs --monmap "$D/run/monmap" --keyring "$D/keyring" >>"$D/log/mkfs.out" 2>&1 \
        || { say "ceph-mon --mkfs failed"; tail -n 20 "$D/log/mkfs.out" >&2; exit 1; }
    "${R[@]}" ceph-osd -c "$C" --no-mon-config -i 0 --mkfs --osd-uuid "$osduuid" >>"$D/log/mkfs.out" 2>&1 \
        || { say "ceph-osd --mkfs failed"; tail -n 20 "$D/log/mkfs.out" >&2; exit 1; }
    : >"$D/made"
}

do_start() {
    exec 9>"$D/.lock"; flock -w "$TIMEOUT" 9 || { say "another start is under way"; exit 1; }
    [ -e "$D/made" ] || make
    load
    mkdir -p "$D/run" "$D/log"
    if ! { alive mon && alive osd && alive rgw && answers; }; then
        spawn mon ceph-mon -f -c "$C" -i a
        wait_for "the monitor's port" mon listening "$MON_PORT"
        if [ ! -e "$D/run/osd.known" ]; then
            wait_for "the monitor" mon "${R[@]}" ceph -c "$C" --connect-timeout 5 osd new "$OSD_UUID" 0
            : >"$D/run/osd.known"
        fi
        spawn osd ceph-osd -f -c "$C" --no-mon-config -i 0
        spawn rgw radosgw -f -c "$C" --no-mon-config -n client.rgw
        wait_for "radosgw on 127.0.0.1:$RGW_PORT" rgw answers
    fi
    if [ ! -e "$D/run/user.made" ]; then
        "${R[@]}" radosgw-admin -c "$C" --no-mon-config -n client.rgw user create --uid=site --display-name='Site owner' \
            --access-key="$S3_KEY" --secret-key="$S3_SECRET" >"$D/log/user.out" 2>&1 \
            || { say "radosgw-admin user create failed"; tail -n 20 "$D/log/user.out" >&2; exit 1; }
        : >"$D/run/user.made"
    fi
    env_lines
}

case $cmd in
    start) do_start ;;
    stop)  do_stop ;;
    env)   [ -e "$D/settings" ] || { say "not made yet"; exit 1; }
           load; { alive rgw && answers 2>/dev/null; } || { say "not running"; exit 1; }; env_lines ;;
esac
