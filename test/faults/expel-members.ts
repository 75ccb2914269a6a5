import { connect } from 'node:net';
import { connectKafka } from '#kafka';

const LEAVE_GROUP = 13;
const VERSION = 0;

/**
 * Removes all members from a group, as the broker does when a session times out. A stopped or dead
 * member does not notice it, and the next one to join is assigned the partitions at once.
 */
export async function expelMembers(port: number, groupId: string): Promise<void> {
  const admin = connectKafka({ brokers: [`127.0.0.1:${port}`], clientId: 'expels' }).admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([groupId]);
  await admin.disconnect();
  const members = groups.flatMap(({ members }) => members);
  if (members.length === 0) throw new Error(`${groupId} has no members`);
  for (const { memberId } of members) await leaveGroup(port, groupId, memberId);
}

/** This request is sent directly, because with kafkajs a member can only leave by itself. */
async function leaveGroup(port: number, groupId: string, memberId: string): Promise<void> {
  const request = Buffer.concat([
    int16(LEAVE_GROUP),
    int16(VERSION),
    int32(1),
    text('expels'),
    text(groupId),
    text(memberId),
  ]);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes);
    });
    socket.write(Buffer.concat([int32(request.length), request]));
  });
  // The body follows the length and the id of the request.
  const error = answer.readInt16BE(8);
  if (error !== 0) throw new Error(`Kafka keeps ${memberId} in ${groupId}: error ${error}`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const text = (value: string): Buffer =>
  Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
