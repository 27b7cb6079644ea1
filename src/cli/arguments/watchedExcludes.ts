/** Never looked into by `hotpipe watch`: what package managers and version control keep there is not plugin code. */
export const watchedExcludes = ['**/node_modules/**', '**/.git/**'] as const;
