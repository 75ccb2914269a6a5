import { Module } from '@nestjs/common';
import { CallsController } from './calls.controller.js';
import { LedgerModule } from './ledger.module.js';
import { VideoStudio } from './video-studio.js';
import { VideosController } from './videos.controller.js';

/** An AI product with five businesses that cost points. It runs beside `npm start`. */
@Module({
  imports: [LedgerModule],
  controllers: [CallsController, VideosController],
  providers: [VideoStudio],
})
export class AppModule {}
