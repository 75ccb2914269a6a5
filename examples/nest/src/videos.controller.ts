import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
} from '@nestjs/common';
import { readTask } from './task.js';
import { VideoStudio, type VideoJob } from './video-studio.js';

@Controller()
export class VideosController {
  constructor(private readonly studio: VideoStudio) {}

  @Post('users/:user/videos')
  @HttpCode(202)
  async make(
    @Param('user', ParseUUIDPipe) user: string,
    @Body() body: unknown,
  ): Promise<{ readonly job_id: string }> {
    const task = readTask(body);
    await this.studio.start(user, task);
    return { job_id: task.id };
  }

  @Get('videos/:job')
  show(@Param('job') id: string): VideoJob {
    const job = this.studio.job(id);
    if (job === undefined) throw new NotFoundException('There is no such video.');
    return job;
  }
}
