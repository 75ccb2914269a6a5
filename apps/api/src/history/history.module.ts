import { Module } from '@nestjs/common';
import { HISTORY_QUERY_HANDLERS } from './history-queries.js';
import { ReplaySemaphore } from './replay-semaphore.js';

/** Answers questions about the past of an account, which is in no table, from the stored events. */
@Module({ providers: [ReplaySemaphore, ...HISTORY_QUERY_HANDLERS] })
export class HistoryModule {}
