/** Network shares, and what a host lends to a virtual machine or a container. */
const eventless =
  /^(nfs4?|cifs|smb3|smbfs|9p|v9fs|drvfs|virtiofs|vboxsf|vmhgfs|prl_fs|fakeowner|afs|ceph|lustre|glusterfs|gpfs|fuse|fuse\..+)$/;

/** Kept in user space, but changed through this kernel alone. */
const local = /^fuse\.fuse-overlayfs$/;

/** Whether changes on a filesystem of that type can come from elsewhere, and then send no event here. */
export function isEventless(type: string): boolean {
  return eventless.test(type) && !local.test(type);
}
