import { Module } from '@nestjs/common';
import { HistoryModule } from '../history/history.module.js';
import { AuditController } from './audit.controller.js';

/** The stored events of an account and its state after each of them, for auditors. */
@Module({ imports: [HistoryModule], controllers: [AuditController] })
export class AuditModule {}
