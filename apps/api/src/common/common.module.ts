import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { Clock } from '#async';
import { CLOCK } from '#platform';
import { AccessGuard } from './access/access.guard.js';
import { OpenStreams } from './limits/open-streams.js';
import { RateLimiter } from './limits/rate-limiter.js';
import { API_OBSERVER, type ApiObserver } from './observer/api-observer.js';
import { API_OPTIONS, type ApiOptions } from './options/api-options.js';
import { ProblemFilter } from './problems/problem.filter.js';

/** What applies to every route: authentication, limits, and errors as problems. */
@Global()
@Module({
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    {
      provide: RateLimiter,
      inject: [API_OPTIONS, CLOCK],
      useFactory: ({ rates }: ApiOptions, clock: Clock) =>
        new RateLimiter(rates, () => clock.now()),
    },
    {
      provide: OpenStreams,
      inject: [API_OPTIONS, API_OBSERVER],
      useFactory: ({ streams }: ApiOptions, observer: ApiObserver) =>
        new OpenStreams(streams, (count) => observer.openStreamsChanged(count)),
    },
  ],
  exports: [OpenStreams],
})
export class CommonModule {}
