import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
// So that videos and the client end with the process.
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 8001), '127.0.0.1');
