import { Module } from '@nestjs/common';
import { DocsController } from './docs.controller.js';

/** The OpenAPI document and its page. */
@Module({ controllers: [DocsController] })
export class DocsModule {}
