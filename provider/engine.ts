import { connect, type Socket } from "node:net";

/** `hung up`: the engine has closed the connection for results. `died`: it has ended, or is about to. */
export type End = "hung up" | "died";

/** The engine that stores the provider's results. */
export interface Engine {
  /** True only if the engine can certainly no longer store a result. */
  isGone(): Promise<boolean>;
  /** Calls back once when the engine is gone. */
  onGone(callback: (how: End) => void): void;
}

const ADDRESS = /^(127\.0\.0\.1|\[::1\]|localhost):(\d{1,5})$/;
const PROBE_LIMIT_MS = 2_000;
const LOOK_AGAIN_MS = 1_000;

/** Signals that end a plugin: from the engine, which closes the connection first (SIGBREAK on Windows), or at shutdown. */
const STOP_SIGNALS = { SIGINT: "hung up", SIGBREAK: "hung up", SIGTERM: "died" } as const;

/**
 * Watches the engine over one idle connection to its gRPC port.
 *
 * The parent process proves nothing: it may be a shell that outlives the engine. Nor does a closed connection, because the
 * engine drops idle ones. Only a closed connection followed by a refused one means that the engine is gone. So does a stop
 * signal, which the engine sends when it no longer waits for results.
 *
 * @param address the plugin's first argument, such as `127.0.0.1:34433`. With anything else, only a signal counts.
 * @param signals the emitter of signals: the process.
 * @mechanism engine gone
 */
export function watchEngine(address: string | undefined, signals: NodeJS.EventEmitter): Engine {
  const callbacks: ((how: End) => void)[] = [];
  let gone = false;
  const declareGone = (how: End) => {
    gone = true;
    for (const callback of callbacks.splice(0)) callback(how);
  };
  for (const [signal, how] of Object.entries(STOP_SIGNALS)) signals.once(signal, () => declareGone(how));
  const onGone = (callback: (how: End) => void) => {
    callbacks.push(callback);
  };

  const [, host, port] = ADDRESS.exec(address ?? "") ?? [];
  if (!host || !port) return { isGone: async () => gone, onGone };
  const target = { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };

  let open = true;
  const keep = (socket: Socket) => {
    open = true;
    socket.unref().resume();
    // An error is always followed by close. `end` comes some turns of the event loop before it.
    socket.on("error", () => {});
    const lost = () => {
      socket.off("end", lost).off("close", lost);
      open = false;
      void look();
    };
    socket.on("end", lost).on("close", lost);
  };
  const look = async () => {
    const { refused, socket } = await knock(target);
    if (socket) keep(socket);
    else if (refused) declareGone("died");
    // Neither: a dying engine resets the connection, so look again.
    else setTimeout(() => open || gone || void look(), LOOK_AGAIN_MS).unref();
  };
  keep(connect(target));

  return {
    onGone,
    async isGone() {
      // A close arrives in the next turn of the event loop; the first immediate still belongs to this turn.
      for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (!gone && !open) await look();
      return gone;
    },
  };
}

function knock(target: { host: string; port: number }): Promise<{ refused: boolean; socket?: Socket }> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, timeout: PROBE_LIMIT_MS });
    socket.once("connect", () => {
      socket.setTimeout(0);
      resolve({ refused: false, socket });
    });
    socket.once("timeout", () => socket.destroy(new Error("no answer")));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      resolve({ refused: error.code === "ECONNREFUSED" }),
    );
  });
}
