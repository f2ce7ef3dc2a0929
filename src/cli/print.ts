/**
 * Text for terminals. What platforms and file names say is data: control characters (a terminal would obey them) are
 * shown as escapes, and text that runs from right to left is isolated, so that it cannot reorder what stands around it.
 */

// ── text as data ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** C0, DEL, C1, the separators of lines and paragraphs: whatever moves the cursor or starts a sequence. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g; // eslint-disable-line no-control-regex -- the very ones
/** Left-to-right and right-to-left override: they make text read as something that it is not. */
const OVERRIDE = /[\u202d\u202e]/g;
const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/;

/** A text for one line: control characters as `\x1b`, line breaks as ↵, direction marks balanced. */
export function clean(text: string): string {
  return text.split(LINE_BREAK).map(cleanLine).join(' ↵ ');
}

/** The lines of a text, each fit for display. */
export function cleanLines(text: string): string[] {
  return text.split(LINE_BREAK).map(cleanLine);
}

function cleanLine(line: string): string {
  return balance(line.replace(CONTROL, escaped).replace(OVERRIDE, escaped));
}

function escaped(char: string): string {
  if (char === '\t') return '\\t';
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

const FSI = '\u2068';
const PDI = '\u2069';
const PDF = '\u202c';

/** Closes what is left open; a closing mark that closes nothing is shown, for it would close ours. */
function balance(line: string): string {
  if (!/[\u202a-\u202c\u2066-\u2069]/.test(line)) return line;
  const open: string[] = [];
  let out = '';
  for (const char of line) {
    if (char === '\u202a' || char === '\u202b') open.push(PDF);
    else if (char >= '\u2066' && char <= FSI) open.push(PDI);
    else if (char === PDI && open.includes(PDI)) {
      // An isolate's end ends the embeddings inside it too.
      open.length = open.lastIndexOf(PDI);
    } else if (char === PDF && open.at(-1) === PDF) open.pop();
    else if (char === PDI || char === PDF) {
      out += escaped(char);
      continue;
    }
    out += char;
  }
  return out + open.reverse().join('');
}

const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/u;

/** Keeps a text's direction to itself. Plain left-to-right text stays as it is. */
export function isolate(line: string): string {
  return RIGHT_TO_LEFT.test(line) ? FSI + line + PDI : line;
}

/** A text of strangers within a line of ours. */
export function quote(text: string): string {
  return isolate(clean(text));
}

// ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const PLAIN = /^[\u0020-\u007e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Two columns: East Asian wide and fullwidth (UAX #11), and what is drawn as an emoji. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{RI}\p{RI}|\p{Emoji}\ufe0f)/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Terminal columns that a cleaned line takes. */
export function widthOf(line: string): number {
  if (PLAIN.test(line)) return line.length;
  let width = 0;
  for (const { segment } of graphemes.segment(line)) width += widthOfGrapheme(segment);
  return width;
}

function widthOfGrapheme(segment: string): number {
  return INVISIBLE.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1;
}

/** At most `columns` wide, with … where something is left out. Never inside a character as people see it. */
export function cut(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  if (columns < 1) return '';
  let out = '';
  let width = 0;
  for (const { segment } of graphemes.segment(line)) {
    const more = widthOfGrapheme(segment);
    if (width + more > columns - 1) break;
    out += segment;
    width += more;
  }
  return balance(out.trimEnd() + '…');
}

/** Spaces that bring a line to `columns`; they stand outside an isolate, on the left-to-right side. */
export function padding(line: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(line)));
}

/** Breaks a line at spaces; words longer than a line are cut between characters. */
export function wrap(line: string, columns: number): string[] {
  const limit = Math.max(8, columns);
  if (widthOf(line) <= limit) return [line];
  const lines: string[] = [];
  let current = '';
  let width = 0;
  for (const word of line.split(/(?<= )/)) {
    const more = widthOf(word.trimEnd());
    if (width > 0 && width + more > limit) {
      lines.push(current.trimEnd());
      [current, width] = ['', 0];
    }
    for (const piece of more > limit ? pieces(word, limit) : [word]) {
      if (width > 0 && width + widthOf(piece.trimEnd()) > limit) {
        lines.push(current);
        [current, width] = ['', 0];
      }
      current += piece;
      width += widthOf(piece);
    }
  }
  if (current.trimEnd() !== '' || lines.length === 0) lines.push(current.trimEnd());
  return lines.map(balance);
}

function pieces(word: string, limit: number): string[] {
  const out: string[] = [];
  let width = limit;
  for (const { segment } of graphemes.segment(word)) {
    const more = widthOfGrapheme(segment);
    if (width + more > limit) {
      out.push('');
      width = 0;
    }
    out[out.length - 1] += segment;
    width += more;
  }
  return out;
}

/** A text of strangers as a block: its own line breaks kept, long lines wrapped, each line isolated and indented. */
export function block(text: string, columns: number, indent: string): string {
  return cleanLines(text)
    .flatMap((line) => wrap(line, columns - indent.length))
    .map((line) => (line === '' ? indent.trimEnd() : indent + isolate(line)) + '\n')
    .join('');
}

// ── colours ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Paint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>>;

/** Each restores only what it set, so that they nest. */
export function paintOf({ color }: { readonly color: boolean }): Paint {
  const paint =
    (on: number, off: number) =>
    (text: string): string =>
      color && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

// ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 post`, `2 posts`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

const BYTES = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Powers of 1000, as disks and downloads are counted: `1.5 MB`. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < BYTES.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${BYTES[unit]!}`;
}

/** `8 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [d, h, min, s] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

/** One JSON document, and nothing else. */
export function jsonText(document: unknown): string {
  return JSON.stringify(document, null, 2) + '\n';
}
