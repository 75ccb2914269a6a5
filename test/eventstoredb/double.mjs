import { EventStoreDbProtocolServer } from '../../dist/libs/testing/src/index.js';

// The protocol server, a double of EventStoreDB, as a process of its own: tests are pointed at it as at
// a real one. SIGHUP is a crash and a restart of the server; what is written is still there then.

const APPEND_BYTES_MAX = 16 * 1024 * 1024;

const server = await EventStoreDbProtocolServer.start({ appendBytesMax: APPEND_BYTES_MAX });
process.on('SIGHUP', async () => {
  await server.stop();
  await server.start();
});
process.on('SIGTERM', () => process.exit(0));
console.log(server.connectionString);
