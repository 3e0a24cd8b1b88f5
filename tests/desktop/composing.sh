# A desktop of its own for composing.py: a window manager, ibus and its pinyin. $1 is the ledger, $2 Python.
openbox &
ibus-daemon --daemonize --xim --replace --panel=disable --emoji-extension=disable \
    --config=/usr/libexec/ibus-memconf
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.5
    ibus engine libpinyin 2>/dev/null && [ "$(ibus engine 2>/dev/null)" = libpinyin ] && break
done
"$2" "$(dirname "$0")/composing.py" "$1"
