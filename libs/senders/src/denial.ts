/** Why something may not be sent: which right is missing. The names are labels of a metric. */
export type DenialCause =
  | 'source'
  | 'subject'
  | 'unsigned'
  | 'key'
  | 'signature'
  | 'type'
  | 'source_type'
  | 'points'
  | 'points_per_day';

export interface Denial {
  readonly cause: DenialCause;
  /** By its name in the senders file; null: no sender is known by that source or subject. */
  readonly sender: string | null;
  /** A sentence that names the missing right. No secret, and nothing of an account. */
  readonly detail: string;
}

/** Its sender may not send this: no stream was touched, and no id was taken. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  constructor(readonly denial: Denial) {
    super(denial.detail);
  }
}
