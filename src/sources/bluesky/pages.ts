/** A column of numbers that grows by pages: millions of them without boxes, and nothing is copied when it grows. */
const BITS = 16;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;

type Numbers = Uint8Array | Uint32Array | Float64Array;

export class Pages<A extends Numbers> {
  length = 0;
  private readonly pages: A[] = [];

  constructor(private readonly page: new (size: number) => A) {}

  push(value: number): number {
    const at = this.length++;
    if ((at & MASK) === 0) this.pages.push(new this.page(SIZE));
    this.pages[at >>> BITS]![at & MASK] = value;
    return at;
  }

  get(at: number): number {
    return this.pages[at >>> BITS]![at & MASK]!;
  }

  set(at: number, value: number): void {
    this.pages[at >>> BITS]![at & MASK] = value;
  }
}

const PAGE = 1 << 20;
const MAX_GROUPS = 65_535;

/**
 * The keys of a tree (`<collection>/<rkey>`), by where they begin in one place: some 17 bytes each, since collections
 * are few and are kept once. ASCII, up to 65,535 bytes each; none lies across two pages.
 */
export class Keys {
  private readonly pages: Buffer[] = [];
  private end = 0;
  private readonly groups: string[] = [''];
  private readonly groupOf = new Map<string, number>([['', 0]]);

  add(key: string): number {
    const group = this.groupFor(key.slice(0, key.indexOf('/') + 1));
    const rest = key.slice(this.groups[group]!.length);
    const size = rest.length + 4;
    const within = this.end % PAGE;
    if (within === 0 || within + size > PAGE) {
      this.end = this.pages.length * PAGE;
      this.pages.push(Buffer.alloc(PAGE));
    }
    const at = this.end;
    const page = this.pages[this.pages.length - 1]!;
    page.writeUInt16LE(group, at % PAGE);
    page.writeUInt16LE(rest.length, (at % PAGE) + 2);
    page.write(rest, (at % PAGE) + 4, 'latin1');
    this.end += size;
    return at;
  }

  get(at: number): string {
    const page = this.pages[Math.floor(at / PAGE)]!;
    const start = at % PAGE;
    const rest = start + 4;
    return this.groups[page.readUInt16LE(start)]! + page.toString('latin1', rest, rest + page.readUInt16LE(start + 2));
  }

  private groupFor(prefix: string): number {
    const known = this.groupOf.get(prefix);
    if (known !== undefined) return known;
    if (this.groups.length > MAX_GROUPS) return 0;
    this.groupOf.set(prefix, this.groups.length);
    return this.groups.push(prefix) - 1;
  }
}
