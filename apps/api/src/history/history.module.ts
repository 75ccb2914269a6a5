import { Module } from '@nestjs/common';
import { HISTORY_QUERY_HANDLERS } from './history-queries.js';
import { ReplaySemaphore } from './replay-semaphore.js';

/** Answers from the stored events what is in no table: the past of an account. */
@Module({ providers: [ReplaySemaphore, ...HISTORY_QUERY_HANDLERS] })
export class HistoryModule {}
