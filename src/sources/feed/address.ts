/** Web addresses as feeds write them: relative, with spaces, without a scheme. */
import { withoutSecrets } from '../../core/secrets.js';

/** The absolute address, as it stands wherever it is one already; undefined for what is none, or has no base. */
export function absolute(address: string | undefined, base: string | undefined): string | undefined {
  const text = address?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^https?:\/\/[^/?#\s]/i.test(text)) return text;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || base === undefined) return undefined;
  try {
    return new URL(text, base).href;
  } catch {
    return undefined;
  }
}

/** For what is shown: without keys. */
export function shown(address: string | undefined, base: string | undefined): string | undefined {
  const whole = absolute(address, base);
  return whole !== undefined && whole.includes('=') ? withoutSecrets(whole).url : whole;
}
