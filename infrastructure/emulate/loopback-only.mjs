/**
 * Loaded before each emulated Lambda function. Its connections stay on this machine: the name of an emulated load balancer
 * leads to the emulator, which is its data plane, and any other name outside fails as if there were no network.
 */
import net from 'node:net'

const connect = net.connect
const isLoopback = host => ['127.0.0.1', '::1', 'localhost', undefined].includes(host)

net.connect = function connectHere(...given) {
  const [options] = given
  if (typeof options !== 'object' || isLoopback(options.host)) return connect.apply(this, given)
  if (!options.host.endsWith('.elb.amazonaws.com')) {
    throw new Error(
      `${options.host} is outside of this machine, where an emulated function must not go`,
    )
  }
  const here = { ...options, host: '127.0.0.1', port: Number(process.env.GATEWAY_PORT) }
  return connect.call(this, here, ...given.slice(1))
}
