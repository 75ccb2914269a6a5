import { Module } from '@nestjs/common';
import { OutcomeProducer, connectKafka, type KafkaConnection } from '#kafka';
import { kafkaOptions, type KafkaVariables } from '../config/kafka-variables.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import { kafkaLogger } from '../log/kafka-logger.js';
import type { Log } from '../log/log.js';
import { CONFIG, KAFKA, LOG, OUTCOME_SINK } from '../tokens.js';

/**
 * The connection to Kafka and the producer of outcomes. It is not Nest's microservices transport:
 * that commits an offset before the command it stands for is recorded.
 */
@Module({
  providers: [
    {
      provide: KAFKA,
      inject: [CONFIG, LOG],
      useFactory: (config: KafkaVariables, log: Log): KafkaConnection =>
        connectKafka({ ...kafkaOptions(config), log: kafkaLogger(log) }),
    },
    {
      provide: OUTCOME_SINK,
      inject: [KAFKA, LOG, GracefulShutdown],
      useFactory: async (
        kafka: KafkaConnection,
        log: Log,
        shutdown: GracefulShutdown,
      ): Promise<OutcomeProducer> => {
        const producer = new OutcomeProducer(kafka, {
          onReplaced: (err) => log.warn({ err }, 'outcome producer replaced'),
        });
        await producer.connect();
        shutdown.register({
          name: 'outcomes',
          phase: 'output',
          msMax: 3_000,
          run: () => producer.close(),
        });
        return producer;
      },
    },
  ],
  exports: [KAFKA, OUTCOME_SINK],
})
export class KafkaModule {}
