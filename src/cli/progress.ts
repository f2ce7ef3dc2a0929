/** Progress of an import: drawn in place on a terminal, told in a line now and then elsewhere. Always on stderr. */
import type { AccessionProgress } from '../read/index.js';
import type { CliIo } from './io.js';
import { bytesText, clean, durationText } from './print.js';

/** Nothing is drawn before this: short work needs no progress. */
const QUIET_MS = 1_000;
const DRAW_EVERY_MS = 200;
const TELL_EVERY_MS = 5_000;

export class Progress {
  private readonly started = Date.now();
  private readingSince = 0;
  private last = 0;
  private drawn = false;

  constructor(
    private readonly io: CliIo,
    private readonly name: string,
    private readonly shown: boolean,
  ) {}

  receiving(bytes: number): void {
    this.show(() => `keeping ${clean(this.name)}: ${bytesText(bytes)}`);
  }

  reading(state: AccessionProgress): void {
    if (this.readingSince === 0 && state.bytesDone > 0) this.readingSince = Date.now();
    this.show(() => {
      const { bytesDone, bytesTotal, read } = state;
      if (bytesTotal === 0) return `looking into ${clean(this.name)} …`;
      const share = Math.min(1, bytesDone / bytesTotal);
      const seconds = Math.max(0.001, (Date.now() - this.readingSince) / 1000);
      const rate = Math.round(read / seconds);
      const left = share > 0 ? (seconds * (1 - share)) / share : undefined;
      const time = left === undefined || this.readingSince === 0 ? '' : `, ${durationText(left)} left`;
      return `reading ${clean(this.name)}: ${read.toLocaleString('en')} items, ${(share * 100).toFixed(0)} %, ${rate.toLocaleString('en')}/s${time}`;
    });
  }

  done(): void {
    if (this.drawn && this.io.isTty) this.io.err('\r\u001b[K');
  }

  private show(line: () => string): void {
    const now = Date.now();
    if (!this.shown || now - this.started < QUIET_MS) return;
    if (now - this.last < (this.io.isTty ? DRAW_EVERY_MS : TELL_EVERY_MS)) return;
    this.last = now;
    this.drawn = true;
    this.io.err(this.io.isTty ? `\r\u001b[K${line()}` : `${line()}\n`);
  }
}
