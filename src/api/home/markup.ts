/**
 * HTML by template literal: whatever is put in is escaped, unless it came out of this function itself. Not called `html`,
 * which formatters lay out anew: every space counts in a text that is shown as it was.
 */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let out = strings[0]!;
  for (let i = 0; i < parts.length; i++) out += textOf(parts[i]) + strings[i + 1]!;
  return new Html(out);
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === null || part === undefined || part === false) return '';
  return typeof part === 'object' ? part.map(textOf).join('') : escape(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for quoted attributes. What no HTML document may hold (most control characters) becomes U+FFFD. */
export function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- they are what is replaced; with `u`, only lone surrogates are in the range
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]/gu, '\ufffd')
      .replace(/[&<>"']/g, (char) => ESCAPES[char]!)
  );
}
