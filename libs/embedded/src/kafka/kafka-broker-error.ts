/** Why there is no local Kafka. The message is one sentence that says what to do. */
export class KafkaBrokerError extends Error {
  override readonly name = 'KafkaBrokerError';
  constructor(
    readonly code:
      | 'java-missing'
      | 'java-too-old'
      | 'maven-missing'
      | 'jars-not-fetched'
      | 'port-taken'
      | 'already-running'
      | 'data-incomplete'
      | 'not-started',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
