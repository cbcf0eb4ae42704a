/** Who may use a file, besides the user this process runs as. */

/** As `fs.Stats` has them. */
interface Ownership {
  mode: number
  uid: number
  gid: number
}

/** The user and the groups of this process; undefined on Windows, where files have no permission bits. */
export interface Identity {
  uid: number
  gids: readonly number[]
}

export function ownIdentity(): Identity | undefined {
  const { getuid, getgid, getgroups } = process
  return getuid && getgid && getgroups ? { uid: getuid(), gids: [getgid(), ...getgroups()] } : undefined
}

/**
 * The permission bits of a file, without the right of its group to read it where that is how this process itself may read it: Kubernetes
 * mounts secrets that belong to root, and lets the group of the process read them.
 */
export function permissionBits({ mode, uid, gid }: Ownership, self: Identity): number {
  const readsAsGroup = uid !== self.uid && uid === 0 && self.gids.includes(gid)
  return readsAsGroup ? mode & 0o737 : mode & 0o777
}
