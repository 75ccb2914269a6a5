import type { AccountOpened, ImportFields } from '#ledger';

/** What `AccountOpened` says of an account, but for what follows from its rows and who opens it. */
export type Opening = Pick<
  ImportFields<AccountOpened>,
  'balance' | 'batches' | 'closed' | 'open' | 'adjusted'
>;

/** How the balance and the batches were brought together. */
export type Adjustment = NonNullable<Opening['adjusted']>;
