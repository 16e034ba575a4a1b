#!/bin/sh
# Makes the fonts of this folder anew from the Debian packages fonts-noto-core and fonts-noto-cjk: subset.sh [FOLDER]
set -eu
out=${1:-.}; B=${PYFTSUBSET:-pyftsubset}
N=/usr/share/fonts/truetype/noto
LATIN="U+0020-007E,U+00A0-024F,U+0259,U+02B0-02FF,U+0300-036F,U+0370-03FF,U+0400-052F,U+1E00-1EFF,U+2010-2027,U+2030-203A,U+2044,U+20AC,U+2116,U+2122,U+2190-2193,U+2212,U+2022,U+25CF,U+FFFD"
$B $N/NotoSerif-Regular.ttf --unicodes="$LATIN" --layout-features='*' --no-hinting --output-file=$out/NotoSerif-Regular.ttf
$B $N/NotoSerif-Bold.ttf --unicodes="$LATIN" --layout-features='*' --no-hinting --output-file=$out/NotoSerif-Bold.ttf
ARAB="U+0020-007E,U+00A0,U+00AB,U+00BB,U+0600-06FF,U+0750-077F,U+200C-200F,U+2010-2027,U+FB50-FDFF,U+FE70-FEFF"
$B $N/NotoNaskhArabic-Regular.ttf --unicodes="$ARAB" --layout-features='*' --no-hinting --output-file=$out/NotoNaskhArabic-Regular.ttf
$B $N/NotoNaskhArabic-Bold.ttf --unicodes="$ARAB" --layout-features='*' --no-hinting --output-file=$out/NotoNaskhArabic-Bold.ttf
python3 - > $out/gb2312.txt <<'PY'
# The characters of GB 2312 with its punctuation, without kana and the other alphabets.
chars=set()
for row in range(0x21,0x78):
    for col in range(0x21,0x7f):
        try: chars.add(bytes([row|0x80,col|0x80]).decode('gb2312'))
        except UnicodeDecodeError: pass
chars={c for c in chars if ord(c)>=0x3000 and not 0x3040<=ord(c)<=0x31ff}
print(','.join('U+%04X'%ord(c) for c in sorted(chars)))
PY
$B /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc --font-number=2 --unicodes="$(cat $out/gb2312.txt),U+0020-007E" --layout-features='kern,mark,ccmp,locl' --no-hinting --output-file=$out/NotoSansSC-Regular.otf
gzip -9nf "$out/NotoSansSC-Regular.otf"
rm "$out/gb2312.txt"
