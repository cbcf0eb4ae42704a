/** A store with other ports in place of some of its own, each of which is still made when it is used for the first time. */
export function replacePorts<Ports extends object>(store: Ports, ports: Partial<Ports>): Ports {
  return Object.create(store, Object.getOwnPropertyDescriptors(ports))
}
