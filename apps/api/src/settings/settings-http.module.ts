import { Module } from '@nestjs/common';
import type { Clock } from '#async';
import type { EventStore } from '#event-store';
import { CLOCK, EVENT_STORE, LOG, SETTINGS } from '#platform';
import type { Log } from '#platform/process';
import { SettingsPublisher, type SettingsReader } from '#settings';
import { BusinessesController, SettingsController } from './settings.controller.js';

@Module({
  controllers: [SettingsController, BusinessesController],
  providers: [
    {
      provide: SettingsPublisher,
      inject: [EVENT_STORE, SETTINGS, CLOCK, LOG],
      useFactory: (store: EventStore, reader: SettingsReader, clock: Clock, log: Log) =>
        new SettingsPublisher({
          store,
          reader,
          clock,
          observer: {
            published: ({ version, rules, from, by }) =>
              log.info({ version, rules, from, by }, 'settings published'),
          },
        }),
    },
  ],
})
export class SettingsHttpModule {}
