declare module 'write-file-atomic' {
  interface WriteFileAtomic {
    (path: string, data: string | Buffer): Promise<void>;
    sync(path: string, data: string | Buffer): void;
  }
  const writeFileAtomic: WriteFileAtomic;
  export default writeFileAtomic;
}
