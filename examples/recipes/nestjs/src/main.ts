// A Nest application, compiled to CommonJS by tsc, is the host: npm start, then edit plugins/greeter/index.ts.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function main() {
  const app = await NestFactory.create(AppModule, {
    logger: ['error', 'warn'],
    forceCloseConnections: true,
  });
  app.enableShutdownHooks(); // a signal calls onModuleDestroy, which ends the plugins
  await app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
  console.log(`listening on ${await app.getUrl()}`);
}
void main();
