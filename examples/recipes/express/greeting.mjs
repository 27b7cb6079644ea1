export const greeting = (name = 'you') => `hello ${name}`;
