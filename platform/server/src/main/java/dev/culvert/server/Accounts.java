package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Rights;
import dev.culvert.spi.TunnelError;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What each account that has sessions uses. Thread-safe. */
final class Accounts {

    private final Map<String, AccountUse> uses = new ConcurrentHashMap<>();

    /** For one more session of an account; throws if that were one too many. */
    AccountUse enter(String account, Rights rights) {
        Integer most = rights.sessions();
        return uses.compute(account, (name, before) -> {
            AccountUse use = before == null ? new AccountUse(name) : before;
            if (most != null && use.sessions >= most) {
                throw new CulvertException(
                        TunnelError.SESSION_LIMIT,
                        "account \"" + name + "\" has " + use.sessions + " sessions (expected: at most " + most + ").");
            }
            use.sessions++;
            return use;
        });
    }

    /** A session has ended. */
    void leave(AccountUse use) {
        uses.computeIfPresent(use.account(), (name, same) -> --same.sessions == 0 ? null : same);
    }

    int size() {
        return uses.size();
    }
}
