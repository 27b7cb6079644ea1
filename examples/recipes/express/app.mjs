// An Express app as it may exist already. All that is new is the last line: the function that the host calls.
import express from 'express';
import { greeting } from './greeting.mjs';

const app = express();
app.get('/', (request, response) => {
  response.send(greeting(request.query.name));
});

export const handle = (request, response) => app(request, response);
