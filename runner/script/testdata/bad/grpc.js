// want: module "k6/net/grpc" does not exist here: gRPC is not supported; the built-in modules are
import grpc from 'k6/net/grpc';
export default function () {}
