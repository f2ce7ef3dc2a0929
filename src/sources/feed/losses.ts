/** What went wrong while an item was read, each thing said once. */
const MAX_LOSSES = 12;

export class Losses {
  private readonly said = new Set<string>();

  add(loss: string): void {
    if (this.said.size < MAX_LOSSES) this.said.add(loss);
  }

  get list(): readonly string[] {
    return [...this.said];
  }
}
