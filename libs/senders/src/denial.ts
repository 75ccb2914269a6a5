/** Which permission is missing. The names are label values of a metric. */
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
  /** The sender's name in the senders file, or null when no sender has that source or subject. */
  readonly sender: string | null;
  /** A sentence that names the missing permission. It contains no secret and nothing about an account. */
  readonly detail: string;
}

/** The sender may not send this command. Nothing was recorded, and the command's id is still free. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  constructor(readonly denial: Denial) {
    super(denial.detail);
  }
}
