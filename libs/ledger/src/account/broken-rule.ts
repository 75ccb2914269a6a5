/** A stored event that the rules could not have produced. The account stops; no event is skipped. */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';
  constructor(
    readonly revision: number,
    readonly rule: string,
  ) {
    super(`the event at revision ${revision} breaks a rule: ${rule}`);
  }
}

export function throwBrokenRule(state: { readonly revision: number }, rule: string): never {
  throw new BrokenRule(state.revision, rule);
}
