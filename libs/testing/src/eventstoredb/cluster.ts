import { randomUUID } from 'node:crypto';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import {
  features,
  gossip,
  shared,
  StreamsService,
  ServerFeaturesService,
  GossipService,
} from './definitions.js';
import type { ServerState } from './server-state.js';
import type { EndPoint } from './faults.js';
import { internal } from './rpc-errors.js';
import { RELEASES } from './server-version.js';

const INSTANCE_ID = randomUUID();

export function handleFeatures(
  state: ServerState,
  _call: ServerUnaryCall<unknown, features.SupportedMethods>,
  done: sendUnaryData<features.SupportedMethods>,
): void {
  const fault = state.faults.features?.();
  if (state.faults.blackHole === true || fault === 'swallow') return;
  if (fault === 'internal') return done(internal('a fault of the double'));
  const answer = new features.SupportedMethods().setEventStoreServerVersion(
    RELEASES[state.version],
  );
  for (const service of [StreamsService, ServerFeaturesService, GossipService]) {
    for (const { path } of Object.values(service)) {
      const [, name = '', method = ''] = String(path).toLowerCase().split('/');
      answer.addMethods(new features.SupportedMethod().setServiceName(name).setMethodName(method));
    }
  }
  done(null, answer);
}

/** A cluster of one, and it leads. */
export function handleGossip(
  state: ServerState,
  _call: ServerUnaryCall<unknown, gossip.ClusterInfo>,
  done: sendUnaryData<gossip.ClusterInfo>,
): void {
  if (state.faults.blackHole === true) return;
  done(null, new gossip.ClusterInfo().setMembersList([leaderAt(state.endPoint(), state.nowMs())]));
}

function leaderAt({ address, port }: EndPoint, nowMs: number): gossip.MemberInfo {
  return new gossip.MemberInfo()
    .setInstanceId(new shared.UUID().setString(INSTANCE_ID))
    .setTimeStamp(String(nowMs))
    .setState(gossip.MemberInfo.VNodeState.LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(new gossip.EndPoint().setAddress(address).setPort(port));
}
