import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LedgerClient, LedgerReader } from '@points-ledger/client';
import { kafkaTransport } from '@points-ledger/client/kafka';

/** Where the ledger is that `npm start` runs, as it writes into a file. */
interface Ready {
  readonly api: string;
  readonly kafka: string;
  readonly tokens: { readonly service: string };
}

function readyStack(): Ready {
  const file = join(process.env['DATA_DIR'] ?? '../../.data', 'ready.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Ready;
}

/** One client and one reader are enough for a process. */
@Global()
@Module({
  providers: [
    {
      provide: LedgerReader,
      useFactory: () => {
        const { api, tokens } = readyStack();
        return new LedgerReader({ url: api, token: tokens.service });
      },
    },
    {
      provide: LedgerClient,
      useFactory: (reader: LedgerReader) =>
        new LedgerClient({
          transport: kafkaTransport({
            source: '/nest-example',
            kafka: { brokers: [readyStack().kafka] },
          }),
          reader,
        }),
      inject: [LedgerReader],
    },
  ],
  exports: [LedgerClient, LedgerReader],
})
export class LedgerModule implements OnApplicationShutdown {
  constructor(private readonly client: LedgerClient) {}

  /** The last thing of all: what the product still settles or cancels is sent before. */
  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
