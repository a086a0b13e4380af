# Runs where a sign-in is lent to, as: sh -c 'eval "$(dd bs=1 count=SIZE || echo exit 127)"'.
# This text comes first on standard input, the order after it, one value a line,
# and the credential last. So neither is ever in an argument, an environment or a
# trace: the credential goes from standard input to a file and nowhere else.
# It answers with one line of JSON. POSIX sh: dash, busybox ash and bash.
set -u
umask 077
LC_ALL=C
export LC_ALL
trap 'rm -f "$tmp"; exit 1' HUP INT TERM
was=none issued='' detail='' tmp='' in_place=false locked=false

# answer RESULT: the one line, and the end.
answer() {
	[ -z "$tmp" ] || rm -f "$tmp"
	printf '{"rekey":1,"result":"%s","was":"%s","issued":"%s","clock":%s,"locked":%s,"inPlace":%s,"detail":"%s"}\n' \
		"$1" "$was" "$issued" "$(date +%s)" "$locked" "$in_place" "$detail"
	exit 0
}

# because MESSAGE FALLBACK: ends with what a system's error message means.
because() {
	detail=$(printf %s "$1" | tr '\n\t' '  ' | tr -cd 'A-Za-z0-9 .,:/_-' | cut -c 1-200)
	case $1 in
	*'No space left'* | *uota\ exceeded*) answer no_space ;;
	*'Read-only file system'*) answer read_only ;;
	*'ermission denied'* | *'not permitted'*) answer denied ;;
	esac
	answer "$2"
}

# look: what the store holds now, without reading a token into this shell.
look() {
	was=none marker='' issued=''
	[ -e "$target" ] || return 0
	[ -f "$target" ] || { was=other && return 0; } # a device, as /dev/null, or a folder
	[ -r "$target" ] || because 'Permission denied' denied
	marker=$(sed -n 's/.*"refresh_token"[[:space:]]*:[[:space:]]*"\(rekey-loan:[a-z0-9:-]*\)".*/\1/p' "$target" | head -n 1)
	issued=$(sed -n 's/.*"last_refresh"[[:space:]]*:[[:space:]]*"\([0-9TZ:.+-]*\)".*/\1/p' "$target" | head -n 1)
	if [ -n "$marker" ]; then
		was=loan
	elif grep -q '"\(refresh_token\|access_token\|personal_access_token\|agent_identity\|bedrock_api_key\)"[[:space:]]*:[[:space:]]*["{]' "$target"; then
		was=sign_in
	elif grep -q '"OPENAI_API_KEY"[[:space:]]*:[[:space:]]*"' "$target"; then
		was=api_key
	elif grep -q '[^[:space:]{}]' "$target"; then
		was=other
	fi
}

# allow: goes on only if what is there may be replaced, or removed, by this order.
allow() {
	look
	case $was in
	loan)
		[ "$marker" != "rekey-loan:v1:$id" ] || return 0
		[ "$may" = replace ] || answer other_loan
		;;
	none)
		[ "$order" != stop ] || answer gone
		[ "$may" != known ] || [ "$made" = true ] || answer signed_out
		;;
	*)
		[ "$may" = replace ] || answer "$was"
		[ -f "$target" ] || because 'auth.json is not a regular file' error
		;;
	esac
}

# belongs FILE LIKE: what root makes in somebody's home is theirs.
belongs() {
	[ "$(id -u)" = 0 ] || return 0
	# shellcheck disable=SC2012 # only the ids are read; stat has no portable form
	chown "$(ls -ldn "$2" | tr -s ' ' : | cut -d: -f 3,4)" "$1"
}

# lock FD FILE: waits five seconds for one of Codex's locks, where there is flock.
lock() {
	command -v flock >/dev/null 2>&1 || return 0
	[ -e "$2" ] || { (: >"$2") 2>/dev/null && belongs "$2" "$home"; }
	(: >>"$2") 2>/dev/null || return 0
	eval "exec $1>>\"\$2\""
	tries=0
	while :; do
		flock -n "$1" 2>/dev/null
		case $? in
		0) break ;;
		1) [ "$tries" -lt 50 ] || answer busy ;;
		*) return 0 ;; # not a flock that works
		esac
		tries=$((tries + 1))
		sleep 0.1 2>/dev/null || sleep 1
	done
	locked=true
}

# writable: whether what is there may be written. The owner's bit counts for root, too.
writable() {
	[ -e "$target" ] || return 0
	# shellcheck disable=SC2012
	case $(ls -ld "$target") in
	??w*) [ -w "$target" ] ;;
	*) return 1 ;;
	esac
}

# bytes FILE: how long it is.
bytes() { wc -c <"$1" | tr -cd 0-9; }

# pad FILE SIZE: blanks at its end, which JSON allows, until it is that long.
pad() {
	blanks=$(($2 - $(bytes "$1")))
	[ "$blanks" -le 0 ] || { printf "%${blanks}s" "" | cat >>"$1"; } 2>&1
}

# trim SIZE: what is longer is cut off.
trim() { dd if=/dev/null of="$target" bs=1 seek="$1" 2>/dev/null; }

# overwrite FROM: writes over a file that cannot be replaced, a bind mount for
# one. First it gets the room, then one write has the whole content, both padded
# with blanks to the same length, so that a reader sees the old content or the new
# and a full disk leaves the old; then the blanks are cut off.
overwrite() {
	in_place=true
	old=$(bytes "$target")
	said=$(pad "$1" "$old")
	[ -z "$said" ] || because "$said" error
	said=$(pad "$target" "$size")
	[ -z "$said" ] || { trim "$old" && because "$said" error; }
	said=$(dd if="$1" of="$target" bs=1048576 conv=notrunc 2>&1) || because "$said" error
	trim "$size"
	sync "$target" 2>/dev/null
}

# spare: a temporary file elsewhere, where none can be made beside the target.
spare() { tmp=$(mktemp "${TMPDIR:-/tmp}/rekey-loan-$id.$$.XXXXXX") || because 'no temporary file' error; }

# pushes PID: whether this process is a push. The number of one that was killed may
# be another's by now, or a zombie's, whose command line is empty.
pushes() {
	kill -0 "$1" 2>/dev/null || return 1
	[ ! -e "/proc/$1/cmdline" ] || tr '\0' ' ' <"/proc/$1/cmdline" | grep -q 'dd bs=1'
}

# sweep: removes what pushes of this loan have left that were killed.
sweep() {
	for left in "$folder/.rekey-loan-$id."* "${TMPDIR:-/tmp}/rekey-loan-$id."*; do
		by=${left##*"rekey-loan-$id."}
		pushes "${by%%.*}" || rm -f "$left" 2>/dev/null
	done
}

order='' id='' may='' size='' home=''
for name in order id may size home; do
	IFS= read -r "${name?}" || answer cut
done
case $home in
'') home=${CODEX_HOME:-${HOME:-}/.codex} ;;
\~/*) home=${HOME:-}/${home#\~/} ;;
esac
made=false
if [ ! -d "$home" ]; then
	[ "$order" = push ] || answer gone
	said=$(mkdir -p "$home" 2>&1) || because "$said" error
	chmod 700 "$home"
	belongs "$home" "$home/.."
	made=true
fi
target=$home/auth.json
links=0
while [ -L "$target" ]; do
	links=$((links + 1))
	[ "$links" -le 40 ] || because 'a loop of symbolic links' error
	to=$(readlink "$target") || because 'a symbolic link cannot be read' error
	case $to in
	/*) target=$to ;;
	*) target=${target%/*}/$to ;;
	esac
done
folder=${target%/*}
[ "$order" != push ] || [ -d "$folder" ] || mkdir -p "$folder" 2>/dev/null
if grep -q '^[[:space:]]*cli_auth_credentials_store[[:space:]]*=[[:space:]]*["'\'']\(keyring\|ephemeral\)' "$home/config.toml" 2>/dev/null; then
	answer keyring
fi

allow
case $order in
look) answer ok ;;
stop)
	sweep
	lock 8 "$home/auth.lock"
	lock 9 "$target.lock"
	allow
	said=$(rm -f "$target" 2>&1) && answer ok
	size=2
	spare
	printf '{}' >"$tmp"
	overwrite "$tmp"
	answer ok
	;;
push) ;;
*) answer error ;;
esac

# The credential goes to a file beside its target before anything is locked.
sweep
tmp=$folder/.rekey-loan-$id.$$
if said=$({ set -C && : >"$tmp"; } 2>&1); then
	like=$target
	[ -e "$like" ] || like=$folder
	belongs "$tmp" "$like"
elif [ -f "$target" ] && writable; then
	# A file that is mounted alone into a folder that cannot be written.
	spare
else
	tmp=''
	because "$said" error
fi
said=$(cat 2>&1 >"$tmp") || because "$said" error
[ "$(bytes "$tmp")" = "$size" ] || answer cut
sync "$tmp" 2>/dev/null

lock 8 "$home/auth.lock"
lock 9 "$target.lock"
allow
writable || {
	said=$( (: >>"$target") 2>&1) || because "$said" denied
	because 'Permission denied' denied
}
if [ "${tmp%/*}" = "$folder" ] && said=$(mv -f "$tmp" "$target" 2>&1); then
	tmp=''
	sync "$folder" 2>/dev/null
	answer ok
fi
[ -f "$target" ] || because "$said" error
overwrite "$tmp"
answer ok
