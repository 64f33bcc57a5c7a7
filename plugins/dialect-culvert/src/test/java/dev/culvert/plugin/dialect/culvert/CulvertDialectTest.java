package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.testkit.DialectTck;

final class CulvertDialectTest extends DialectTck {

    @Override
    protected StreamDialect dialect() {
        return new CulvertDialect(VersionRange.CURRENT);
    }
}
