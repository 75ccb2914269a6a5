import { Module } from '@nestjs/common';
import { CommandsController } from './commands.controller.js';

/** Commands over HTTP. */
@Module({ controllers: [CommandsController] })
export class CommandsHttpModule {}
