import type { Admin } from 'kafkajs';
import type { KafkaConnection } from './connection.js';

/** Connects an admin client for one piece of work. */
export async function withAdmin<T>(
  connection: KafkaConnection,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = connection.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
