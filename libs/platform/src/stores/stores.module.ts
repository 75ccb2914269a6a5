import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { LedgerVariables } from '../config/ledger-variables.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import type { Log } from '../log/log.js';
import {
  CONFIG,
  DATABASE_CLOCK,
  EVENT_STORE,
  FOLLOWS_DIRECTLY,
  LOG,
  READ_TABLES,
  SNAPSHOT_STORE,
} from '../tokens.js';
import type { DatabaseAccess } from './database-readiness.js';
import { openStores, type Stores } from './stores.js';

/** The stores share connections, so they are opened and closed together. Others inject one of the ports. */
const OPEN_STORES = Symbol('OpenStores');

const port = (token: symbol, of: (stores: Stores) => unknown): FactoryProvider => ({
  provide: token,
  inject: [OPEN_STORES],
  useFactory: of,
});

const PORTS = [
  port(EVENT_STORE, ({ events }) => events),
  port(SNAPSHOT_STORE, ({ snapshots }) => snapshots),
  port(READ_TABLES, ({ tables }) => tables),
  port(FOLLOWS_DIRECTLY, ({ followsDirectly }) => followsDirectly),
  port(DATABASE_CLOCK, ({ databaseTimeOfDay }) => ({ databaseTimeOfDay })),
];

/** The event store and the read tables. The process does not start where it lacks one of the accesses. */
@Module({})
export class StoresModule {
  static forRoot(accesses: readonly DatabaseAccess[]): DynamicModule {
    return {
      module: StoresModule,
      global: true,
      providers: [
        {
          provide: OPEN_STORES,
          inject: [CONFIG, LOG, GracefulShutdown],
          useFactory: async (
            config: LedgerVariables,
            log: Log,
            shutdown: GracefulShutdown,
          ): Promise<Stores> => {
            const stores = await openStores(config, log, accesses);
            shutdown.register({
              name: 'stores',
              phase: 'stores',
              msMax: 3_000,
              run: () => stores.close(),
            });
            return stores;
          },
        },
        ...PORTS,
      ],
      exports: PORTS.map(({ provide }) => provide),
    };
  }
}
