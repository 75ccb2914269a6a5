/**
 * The service definitions that ship inside the client's package: CommonJS, so taken as a whole and
 * handed on from here.
 */
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js';
import anyMessages from 'google-protobuf/google/protobuf/any_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import code from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';

export { code, features, gossip, shared, status, streams };
export const Any = anyMessages.Any;
export const GoogleEmpty = emptyMessages.Empty;
export const StreamsService = streamsGrpc.StreamsService;
export const StreamsClient = streamsGrpc.StreamsClient;
export const ServerFeaturesService = featuresGrpc.ServerFeaturesService;
export const GossipService = gossipGrpc.GossipService;
