package dev.culvert.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What each account that has sessions uses. Thread-safe. */
final class Accounts {

    private final Map<String, AccountUse> uses = new ConcurrentHashMap<>();

    /** For one more session of an account. */
    AccountUse enter(String account) {
        return uses.compute(account, (name, before) -> {
            AccountUse use = before == null ? new AccountUse(name) : before;
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
