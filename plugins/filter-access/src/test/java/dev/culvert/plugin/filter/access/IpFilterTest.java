package dev.culvert.plugin.filter.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IpFilterTest extends HttpFilterTck {

    @Override
    protected HttpFilterFactory filter() {
        return section(List.of("127.0.0.0/8", "::1"), List.of("192.0.2.0/24"));
    }

    @Test
    void aVisitorFromElsewhereIsRefused() {
        refusedHere(section(List.of("192.0.2.0/24"), List.of()));
    }

    @Test
    void whatIsDeniedIsDeniedAlsoWhereItIsAllowed() {
        refusedHere(section(List.of("127.0.0.0/8"), List.of("127.0.0.1")));
    }

    @Test
    void aMappedAddressIsTheAddressItMaps() {
        refusedHere(section(List.of(), List.of("::ffff:127.0.0.0/104")));
        refusedHere(section(List.of("::/0"), List.of()));
    }

    @Test
    void aSectionThatSaysNothingIsRefused() {
        assertThatThrownBy(() -> new IpFilterFactory(null, List.of())).hasMessageContaining("allow or deny");
    }

    private static void refusedHere(HttpFilterFactory section) {
        try (HttpKit kit = HttpKit.with(section)) {
            var answer = kit.get("/");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).startsWith(FilterError.SOURCE_NOT_PERMITTED.code());
            assertThat(kit.served()).isEmpty();
        }
    }

    private static IpFilterFactory section(List<String> allow, List<String> deny) {
        return new IpFilterFactory(
                allow.stream().map(SourceNetwork::parse).toList(),
                deny.stream().map(SourceNetwork::parse).toList());
    }
}
