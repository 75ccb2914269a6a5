import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AccountCommandProcessor } from './account-command-processor.js';
import { FindAnswerQuery } from './find-answer-query.js';
import type { FoundAnswer } from './recorded-answer.js';

@QueryHandler(FindAnswerQuery)
export class FindAnswerQueryHandler implements IQueryHandler<FindAnswerQuery> {
  constructor(private readonly processor: AccountCommandProcessor) {}

  execute({ userId, commandId }: FindAnswerQuery): Promise<FoundAnswer | null> {
    return this.processor.findAnswer(userId, commandId);
  }
}
