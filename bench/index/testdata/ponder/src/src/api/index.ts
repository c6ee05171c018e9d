import { Hono } from "hono";

// Ponder wants a server; nobody asks it anything here
export default new Hono();
