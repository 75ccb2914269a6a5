import { Query } from '@nestjs/cqrs';
import type { FoundAnswer } from './recorded-answer.js';

/** The recorded answer to a command; null: its account remembers none. It decides nothing. */
export class FindAnswerQuery extends Query<FoundAnswer | null> {
  constructor(
    readonly userId: string,
    /** The id that is derived for the command. */
    readonly commandId: string,
  ) {
    super();
  }
}
