package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.testkit.DialectTck;
import dev.culvert.testkit.Loops;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class CulvertDialectOnEpollTest extends DialectTck {

    @Override
    protected StreamDialect dialect() {
        return new CulvertDialect(VersionRange.CURRENT);
    }

    @Override
    protected Loops loops() {
        return Loops.EPOLL;
    }
}
