package dev.culvert.plugin.dialect.raw;

import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.testkit.DialectTck;

final class RawDialectTest extends DialectTck {

    @Override
    protected StreamDialect dialect() {
        return new RawDialect();
    }

    @Override
    protected boolean tellsTheOrigin() {
        return false;
    }

    @Override
    protected boolean tellsTheDial() {
        return false;
    }

    @Override
    protected boolean tellsReasons() {
        return false;
    }
}
